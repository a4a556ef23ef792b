"""What is told: data alone, for reporters and programs."""
