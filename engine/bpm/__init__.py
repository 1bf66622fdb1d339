"""The only code that speaks SpiffWorkflow. No database: state in, Advance out."""
