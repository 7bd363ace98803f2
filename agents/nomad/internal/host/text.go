package host

// Text of a small file without its end; "" where it can't be read.
func (Host) Text(path string) string { return readText(path) }
