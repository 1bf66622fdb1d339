"""Decision tables of DMN 1.3. Use them through ``engine.bpm.decisions``."""
