global using static BackupFabric.Agent.HyperV.Wmi.Names;
