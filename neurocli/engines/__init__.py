"""Programs that decide ideals, behind one protocol: built-in, msolve, Singular, Macaulay2.

They run as separate programs and are never linked.  What they print is read strictly: output that is
corrupted, truncated, empty or carries an error raises `EngineError`, and is never an answer.
"""
