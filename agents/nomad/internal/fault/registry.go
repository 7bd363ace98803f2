// Written by `npm run generate` from the files of this folder.

package fault

// All faults, in order of their names.
var All = []Fault{
	cpuLimit,
	cpuStress,
	diskFill,
	dnsDelay,
	dnsError,
	dnsSpoof,
	memoryStress,
	networkBandwidth,
	networkBlackhole,
	networkCorrupt,
	networkDuplicate,
	networkLatency,
	networkLoss,
	networkPartition,
	processKill,
	processPause,
	processSignal,
}
