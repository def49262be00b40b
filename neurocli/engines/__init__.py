"""Programs that decide ideals, behind one protocol."""
