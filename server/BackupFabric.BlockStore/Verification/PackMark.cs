using BackupFabric.BlockStore.Packs;

namespace BackupFabric.BlockStore.Verification;

/// <summary>A place in the order of all packs of a kind: everything in packs before, and in this one before the offset.</summary>
internal readonly record struct PackMark(PackNumber Pack, long Offset) : IComparable<PackMark>
{
    public bool IsPast(in BlockPlace place) => place.Pack.CompareTo(Pack) is var order && (order < 0 || (order == 0 && place.Offset < Offset));

    public int CompareTo(PackMark other) => Pack.CompareTo(other.Pack) is not 0 and var order ? order : Offset.CompareTo(other.Offset);
}
