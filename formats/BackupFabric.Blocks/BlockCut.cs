namespace BackupFabric.Blocks;

/// <summary>One piece of a cut buffer, in bytes relative to the buffer's start; multiples of the cluster size.</summary>
public readonly record struct BlockCut(int Offset, int Length, bool IsHole);
