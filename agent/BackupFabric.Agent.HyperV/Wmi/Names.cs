namespace BackupFabric.Agent.HyperV.Wmi;

// The names are the provider's own, underscores included.
#pragma warning disable CA1707

/// <summary>
/// Every WMI name the code speaks, by class, so that a test can hold all of them against the schema of the provider:
/// a nested type is a class; its string constants are properties; a nested type of it is a method, whose constants are parameters;
/// an enum called XValue holds values of property or parameter X, and a type called XText the texts of X.
/// </summary>
internal static class Names
{
    /// <summary>Return codes that every method shares; a job's ErrorCode uses them as well.</summary>
    public enum ReturnValue : uint
    {
        Completed = 0,
        JobStarted = 4096,
        Failed = 32768,
        AccessDenied = 32769,
        NotSupported = 32770,
        StatusIsUnknown = 32771,
        Timeout = 32772,
        InvalidParameter = 32773,
        SystemIsInUse = 32774,
        InvalidState = 32775,
        IncorrectDataType = 32776,
        SystemIsNotAvailable = 32777,
        OutOfMemory = 32778,
        FileNotFound = 32779,
    }

    public static class Msvm_ComputerSystem
    {
        public const string Name = nameof(Name);
        public const string ElementName = nameof(ElementName);
        public const string EnabledState = nameof(EnabledState);
        public const string OperationalStatus = nameof(OperationalStatus);
        public const string ReplicationMode = nameof(ReplicationMode);
        public const string ReplicationState = nameof(ReplicationState);
        public const string TimeOfLastConfigurationChange = nameof(TimeOfLastConfigurationChange);

        public enum EnabledStateValue
        {
            Unknown = 0,
            Enabled = 2,
            Disabled = 3,
            EnabledButOffline = 6,
            Quiesce = 9,
            Paused = 32768,
            Suspended = 32769,
            FastSaved = 32779,
        }

        public enum OperationalStatusValue
        {
            CreatingSnapshot = 32768,
            ApplyingSnapshot = 32769,
            DeletingSnapshot = 32770,
            WaitingToStart = 32771,
            MergingDisks = 32772,
            ExportingVirtualMachine = 32773,
            MigratingVirtualMachine = 32774,
        }

        public enum ReplicationModeValue
        {
            None = 0,
            Primary = 1,
            Replica = 2,
            TestReplica = 3,
            ExtendedReplica = 4,
        }

        public enum ReplicationStateValue
        {
            Disabled = 0,
            WaitingToCompleteInitialReplication = 2,
            Replicating = 3,
            SyncedReplicationComplete = 4,
            Recovered = 5,
            Committed = 6,
            Suspended = 7,
            Resynchronizing = 10,
            FailoverInProgress = 12,
            FailbackInProgress = 13,
        }
    }

    public static class Msvm_PlannedComputerSystem
    {
        public const string Name = nameof(Name);
        public const string ElementName = nameof(ElementName);
    }

    public static class Msvm_VirtualSystemSettingData
    {
        public const string InstanceID = nameof(InstanceID);
        public const string ElementName = nameof(ElementName);
        public const string VirtualSystemIdentifier = nameof(VirtualSystemIdentifier);
        public const string VirtualSystemType = nameof(VirtualSystemType);
        public const string VirtualSystemSubType = nameof(VirtualSystemSubType);
        public const string Version = nameof(Version);
        public const string CreationTime = nameof(CreationTime);
        public const string UserSnapshotType = nameof(UserSnapshotType);
        public const string ConfigurationDataRoot = nameof(ConfigurationDataRoot);
        public const string ConfigurationFile = nameof(ConfigurationFile);
        public const string GuestStateDataRoot = nameof(GuestStateDataRoot);
        public const string GuestStateFile = nameof(GuestStateFile);
        public const string SnapshotDataRoot = nameof(SnapshotDataRoot);
        public const string SwapFileDataRoot = nameof(SwapFileDataRoot);

        public static class VirtualSystemTypeText
        {
            public const string Realized = "Microsoft:Hyper-V:System:Realized";
            public const string Planned = "Microsoft:Hyper-V:System:Planned";
            public const string UserCheckpoint = "Microsoft:Hyper-V:Snapshot:Realized";
            public const string RecoveryCheckpoint = "Microsoft:Hyper-V:Snapshot:Recovery";
        }

        public static class VirtualSystemSubTypeText
        {
            public const string Generation1 = "Microsoft:Hyper-V:SubType:1";
            public const string Generation2 = "Microsoft:Hyper-V:SubType:2";
        }

        public enum UserSnapshotTypeValue
        {
            Disable = 2,
        }
    }

    public static class Msvm_VirtualSystemManagementService
    {
        public static class ExportSystemDefinition
        {
            public const string ComputerSystem = nameof(ComputerSystem);
            public const string ExportDirectory = nameof(ExportDirectory);
            public const string ExportSettingData = nameof(ExportSettingData);
        }

        public static class ImportSystemDefinition
        {
            public const string SystemDefinitionFile = nameof(SystemDefinitionFile);
            public const string SnapshotFolder = nameof(SnapshotFolder);
            public const string GenerateNewSystemIdentifier = nameof(GenerateNewSystemIdentifier);
            public const string ImportedSystem = nameof(ImportedSystem);
        }

        public static class ModifyResourceSettings
        {
            public const string ResourceSettings = nameof(ResourceSettings);
        }

        public static class RemoveResourceSettings
        {
            public const string ResourceSettings = nameof(ResourceSettings);
        }

        public static class ModifySystemSettings
        {
            public const string SystemSettings = nameof(SystemSettings);
        }

        public static class ValidatePlannedSystem
        {
            public const string PlannedSystem = nameof(PlannedSystem);
        }

        public static class RealizePlannedSystem
        {
            public const string PlannedSystem = nameof(PlannedSystem);
            public const string ResultingSystem = nameof(ResultingSystem);
        }

        public static class DestroySystem
        {
            public const string AffectedSystem = nameof(AffectedSystem);
        }

        public static class GetSummaryInformation
        {
            public const string SettingData = nameof(SettingData);
            public const string RequestedInformation = nameof(RequestedInformation);
            public const string SummaryInformation = nameof(SummaryInformation);

            public enum RequestedInformationValue
            {
                MemoryUsage = 103,
            }
        }

        public static class GetDefinitionFileSummaryInformation
        {
            public const string DefinitionFiles = nameof(DefinitionFiles);
            public const string SummaryInformation = nameof(SummaryInformation);
        }

        public static class ModifyDiskMergeSettings
        {
            public const string SettingData = nameof(SettingData);
        }
    }

    public static class Msvm_VirtualSystemManagementServiceSettingData
    {
        public const string DefaultExternalDataRoot = nameof(DefaultExternalDataRoot);
    }

    public static class Msvm_DiskMergeSettingData
    {
        public const string EnabledState = nameof(EnabledState);

        public enum EnabledStateValue
        {
            TemporarilyDisabled = 0,
            Enabled = 1,
        }
    }

    public static class Msvm_VirtualSystemExportSettingData
    {
        public const string CopySnapshotConfiguration = nameof(CopySnapshotConfiguration);
        public const string SnapshotVirtualSystem = nameof(SnapshotVirtualSystem);
        public const string CopyVmStorage = nameof(CopyVmStorage);
        public const string CopyVmRuntimeInformation = nameof(CopyVmRuntimeInformation);
        public const string CreateVmExportSubdirectory = nameof(CreateVmExportSubdirectory);
        public const string BackupIntent = nameof(BackupIntent);
        public const string CaptureLiveState = nameof(CaptureLiveState);
        public const string ExcludedVirtualHardDisks = nameof(ExcludedVirtualHardDisks);
        public const string DisableDifferentialOfIgnoredStorage = nameof(DisableDifferentialOfIgnoredStorage);

        public enum CopySnapshotConfigurationValue : byte
        {
            ExportOneSnapshotForBackup = 3,
        }

        public enum BackupIntentValue : byte
        {
            BackupIntentMerge = 1,
        }

        public enum CaptureLiveStateValue : byte
        {
            CaptureCrashConsistentState = 0,
        }
    }

    public static class Msvm_VirtualSystemSnapshotService
    {
        public static class CreateSnapshot
        {
            public const string AffectedSystem = nameof(AffectedSystem);
            public const string SnapshotSettings = nameof(SnapshotSettings);
            public const string SnapshotType = nameof(SnapshotType);
            public const string ResultingSnapshot = nameof(ResultingSnapshot);

            public enum SnapshotTypeValue : ushort
            {
                RecoverySnapshot = 32768,
            }
        }

        public static class DestroySnapshot
        {
            public const string AffectedSnapshot = nameof(AffectedSnapshot);
        }

        public static class ConvertToReferencePoint
        {
            public const string AffectedSnapshot = nameof(AffectedSnapshot);
            public const string ReferencePointSettings = nameof(ReferencePointSettings);
            public const string ResultingReferencePoint = nameof(ResultingReferencePoint);
        }
    }

    public static class Msvm_VirtualSystemSnapshotSettingData
    {
        public const string ConsistencyLevel = nameof(ConsistencyLevel);
        public const string IgnoreNonSnapshottableDisks = nameof(IgnoreNonSnapshottableDisks);
        public const string GuestBackupType = nameof(GuestBackupType);

        public enum ConsistencyLevelValue : byte
        {
            ApplicationConsistent = 1,
            CrashConsistent = 2,
        }

        public enum GuestBackupTypeValue : byte
        {
            Full = 1,
            Copy = 2,
        }
    }

    public static class Msvm_VirtualSystemReferencePointSettingData
    {
        public const string ConsistencyLevel = nameof(ConsistencyLevel);
    }

    public static class Msvm_VirtualSystemReferencePointService
    {
        public static class DestroyReferencePoint
        {
            public const string AffectedReferencePoint = nameof(AffectedReferencePoint);
        }
    }

    public static class Msvm_VirtualSystemReferencePoint
    {
        public const string InstanceID = nameof(InstanceID);
        public const string VirtualSystemIdentifier = nameof(VirtualSystemIdentifier);
        public const string ConsistencyLevel = nameof(ConsistencyLevel);
        public const string ReferencePointType = nameof(ReferencePointType);
        public const string ResilientChangeTrackingIdentifiers = nameof(ResilientChangeTrackingIdentifiers);
        public const string VirtualDiskIdentifiers = nameof(VirtualDiskIdentifiers);

        public enum ConsistencyLevelValue : byte
        {
            ApplicationConsistent = 1,
            CrashConsistent = 2,
        }

        public enum ReferencePointTypeValue
        {
            LogBased = 1,
            RctBased = 2,
        }
    }

    public static class Msvm_StorageAllocationSettingData
    {
        public const string InstanceID = nameof(InstanceID);
        public const string ElementName = nameof(ElementName);
        public const string ResourceType = nameof(ResourceType);
        public const string ResourceSubType = nameof(ResourceSubType);
        public const string HostResource = nameof(HostResource);
        public const string Parent = nameof(Parent);
        public const string PersistentReservationsSupported = nameof(PersistentReservationsSupported);

        public static class ResourceSubTypeText
        {
            public const string VirtualHardDisk = "Microsoft:Hyper-V:Virtual Hard Disk";
        }
    }

    public static class Msvm_ResourceAllocationSettingData
    {
        public const string InstanceID = nameof(InstanceID);
        public const string ResourceType = nameof(ResourceType);
        public const string ResourceSubType = nameof(ResourceSubType);
        public const string HostResource = nameof(HostResource);
        public const string Parent = nameof(Parent);
        public const string Address = nameof(Address);
        public const string AddressOnParent = nameof(AddressOnParent);

        public enum ResourceTypeValue
        {
            IdeController = 5,
            ParallelScsiHba = 6,
            DiskDrive = 17,
        }

        public static class ResourceSubTypeText
        {
            public const string PhysicalDiskDrive = "Microsoft:Hyper-V:Physical Disk Drive";
        }
    }

    public static class Msvm_EthernetPortAllocationSettingData
    {
        public const string HostResource = nameof(HostResource);
        public const string EnabledState = nameof(EnabledState);
        public const string LastKnownSwitchName = nameof(LastKnownSwitchName);

        public enum EnabledStateValue : ushort
        {
            Enabled = 2,
            Disabled = 3,
        }
    }

    public static class Msvm_SyntheticEthernetPortSettingData
    {
        public const string Address = nameof(Address);
    }

    public static class Msvm_EmulatedEthernetPortSettingData
    {
        public const string Address = nameof(Address);
    }

    public static class Msvm_SyntheticFcPortSettingData
    {
        public const string ElementName = nameof(ElementName);
    }

    public static class Msvm_VirtualEthernetSwitch
    {
        public const string Name = nameof(Name);
        public const string ElementName = nameof(ElementName);
    }

    public static class Msvm_ConcreteJob
    {
        public const string JobState = nameof(JobState);
        public const string JobStatus = nameof(JobStatus);
        public const string ErrorCode = nameof(ErrorCode);
        public const string ErrorDescription = nameof(ErrorDescription);

        public static class GetErrorEx
        {
            public const string Errors = nameof(Errors);
        }

        public enum JobStateValue
        {
            Completed = 7,
            Terminated = 8,
            Killed = 9,
            Exception = 10,
            CompletedWithWarnings = 32768,
        }
    }

    public static class Msvm_Error
    {
        public const string Message = nameof(Message);
    }

    public static class Msvm_AffectedJobElement
    {
        public const string AffectedElement = nameof(AffectedElement);
    }

    public static class Msvm_SettingsDefineState
    {
        public const string SettingData = nameof(SettingData);
    }

    public static class Msvm_VirtualSystemSettingDataComponent
    {
        public const string PartComponent = nameof(PartComponent);
    }

    public static class Msvm_SystemDevice
    {
        public const string PartComponent = nameof(PartComponent);
    }

    public static class Msvm_KvpExchangeComponent
    {
        public const string GuestIntrinsicExchangeItems = nameof(GuestIntrinsicExchangeItems);
    }

    public static class Msvm_KvpExchangeDataItem
    {
        public const string Name = nameof(Name);
        public const string Data = nameof(Data);
    }

    public static class Msvm_VssComponent
    {
        public const string OperationalStatus = nameof(OperationalStatus);

        public enum OperationalStatusValue
        {
            Ok = 2,
            Degraded = 3,
            NonRecoverableError = 7,
            NoContact = 12,
            LostCommunication = 13,
        }
    }

    public static class Msvm_SummaryInformationBase
    {
        public const string Version = nameof(Version);
    }

    public static class Msvm_SummaryInformation
    {
        public const string Name = nameof(Name);
        public const string MemoryUsage = nameof(MemoryUsage);
    }
}
