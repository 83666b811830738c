namespace BackupFabric.Agent.Lab.Guests;

/// <summary>The guest's write sequence at a frozen moment. A second line for the same checkpoint names the reference point it became.</summary>
internal sealed record Moment(Guid Checkpoint, Guid? ReferencePoint, long Sequence, int Consistency, DateTimeOffset At);
