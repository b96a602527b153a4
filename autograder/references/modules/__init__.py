"""What is right in `06_modules`, and what goes wrong."""
