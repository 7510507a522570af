"""Mark exercises: student code emits values, and its grade is decided elsewhere."""
