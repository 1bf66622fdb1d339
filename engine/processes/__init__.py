"""Any BPMN process, in the database. ``advance`` is the waist: an instance changes there and nowhere else."""
