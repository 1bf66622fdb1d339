"""The expression language: a bounded subset of FEEL (DMN 1.3 ch. 10), compiled to closures. Use it through ``engine.bpm.expressions``."""
