"""Running work that may crash, hang or eat memory: child process, limits, journal."""
