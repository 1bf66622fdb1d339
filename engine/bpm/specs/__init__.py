"""SpiffWorkflow's task specs, corrected: one token is one task, and it moves only when its element is passed."""
