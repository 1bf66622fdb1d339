// <div class="chart" data-chart="id of a JSON data block with an ECharts option">. A point with "href" opens the list behind it.
import * as echarts from 'echarts/core';
import { BarChart, HeatmapChart, LineChart, PieChart } from 'echarts/charts';
import { AriaComponent, DatasetComponent, GridComponent, LegendComponent, MarkLineComponent, TitleComponent, TooltipComponent, VisualMapComponent } from 'echarts/components';
import { SVGRenderer } from 'echarts/renderers';
import zh from 'echarts/lib/i18n/langZH.js';

echarts.use([BarChart, HeatmapChart, LineChart, PieChart, AriaComponent, DatasetComponent, GridComponent, LegendComponent, MarkLineComponent, TitleComponent, TooltipComponent, VisualMapComponent, SVGRenderer]);
echarts.registerLocale('ZH', zh);

const root = document.documentElement;
const drawn = new Map();

const draw = (host) => {
  drawn.get(host)?.dispose();
  const option = JSON.parse(document.getElementById(host.dataset.chart).textContent);
  const chart = echarts.init(host, root.dataset.bsTheme === 'dark' ? 'dark' : null, { renderer: 'svg', locale: root.lang.startsWith('zh') ? 'ZH' : 'EN' });
  const font = getComputedStyle(document.body).fontFamily;
  chart.setOption({
    backgroundColor: 'transparent', aria: { enabled: true }, animation: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    textStyle: { fontFamily: font }, ...option,
    tooltip: { renderMode: 'richText', ...(option.tooltip || {}) }, // an HTML tooltip uses style attributes, which the CSP blocks
  });
  chart.on('click', (point) => { if (point.data?.href) location.assign(point.data.href); });
  drawn.set(host, chart);
  host.dataset.ready = '1';
};

const hosts = [...document.querySelectorAll('[data-chart]')];
hosts.forEach(draw);
new MutationObserver(() => hosts.forEach(draw)).observe(root, { attributeFilter: ['data-bs-theme'] });
const resized = new ResizeObserver((entries) => { for (const { target } of entries) drawn.get(target)?.resize(); });
hosts.forEach((host) => resized.observe(host));
