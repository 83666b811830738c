using System.Text.Json;
using System.Text.Json.Serialization;

namespace BackupFabric.Agent.HyperV;

/// <summary>What the journal keeps of a checkpoint.</summary>
/// <param name="InstanceId">Null until the host has told it; then the checkpoint is what appeared beside <paramref name="Known"/>.</param>
/// <param name="Known">Recovery checkpoints that the VM had before.</param>
/// <param name="WorkFolder">Exported configuration; removed with the checkpoint.</param>
internal sealed record CheckpointDetail(string? InstanceId, IReadOnlyList<string> Known, string WorkFolder);

/// <summary>What the journal keeps of a reference point.</summary>
/// <param name="InstanceId">Null until the host has told it; then the reference point is what appeared beside <paramref name="Known"/>.</param>
/// <param name="Known">Reference points that the VM had before.</param>
internal sealed record ReferencePointDetail(string? InstanceId, IReadOnlyList<string> Known);

/// <summary>What the journal keeps of a VM that is being recovered.</summary>
/// <param name="Name">Of the recovered VM.</param>
/// <param name="Folder">Everything that was made lies below it.</param>
/// <param name="FolderWasThere">Then the (empty) folder stays.</param>
/// <param name="KnownVms">VMs and planned VMs that the host had before the import.</param>
/// <param name="SystemId">Of the planned and later of the realized VM; null until the host has told it.</param>
/// <param name="ImportFolder">The definition to import, in a folder of the agent.</param>
internal sealed record RecoveredVmDetail(string Name, string Folder, bool FolderWasThere, IReadOnlyList<string> KnownVms, string? SystemId, string ImportFolder);

[JsonSerializable(typeof(CheckpointDetail))]
[JsonSerializable(typeof(ReferencePointDetail))]
[JsonSerializable(typeof(RecoveredVmDetail))]
internal sealed partial class JournalDetails : JsonSerializerContext
{
    public static string Text(CheckpointDetail detail) => JsonSerializer.Serialize(detail, Default.CheckpointDetail);

    public static string Text(ReferencePointDetail detail) => JsonSerializer.Serialize(detail, Default.ReferencePointDetail);

    public static string Text(RecoveredVmDetail detail) => JsonSerializer.Serialize(detail, Default.RecoveredVmDetail);
}
