package fault

// All faults, in order of their names.
var All = []Fault{
	cpuLimit,
	cpuStress,
	diskFill,
	memoryStress,
	networkBandwidth,
	networkBlackhole,
	networkCorrupt,
	networkDuplicate,
	networkLoss,
	networkPartition,
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
