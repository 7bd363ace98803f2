package fault

// All faults, in order of their names.
var All = []Fault{
	cpuStress,
	diskFill,
	memoryStress,
	processKill,
	processPause,
	processSignal,
}

// Find a fault by its name.
func Find(name string) (Fault, bool) {
	for _, fault := range All {
		if fault.Name == name {
			return fault, true
		}
	}
	return Fault{}, false
}
