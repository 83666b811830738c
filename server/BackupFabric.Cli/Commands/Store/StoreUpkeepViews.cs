using BackupFabric.BlockStore;
using BackupFabric.BlockStore.Collection;
using BackupFabric.BlockStore.Retention;
using BackupFabric.BlockStore.Trash;
using BackupFabric.BlockStore.Verification;

namespace BackupFabric.Cli.Commands.Store;

// What the upkeep verbs of `bf store --json` print. Programs read it: names stay, new ones may come.
internal sealed record TrashedPointView(Guid PointId, Guid VmId, string VmName, DateTimeOffset TakenAt, DateTimeOffset? DeletedAt)
{
    public static TrashedPointView Of(TrashedPoint trashed) => new(
        trashed.Point.PointId, trashed.Point.VmId, trashed.Point.VmName, trashed.Point.TakenAt, trashed.DeletedAt == TrashedPoint.UnknownTime ? null : trashed.DeletedAt);
}

internal sealed record VerdictView(Guid PointId, string VmName, DateTimeOffset TakenAt, bool Kept, IReadOnlyList<string> Because)
{
    public static VerdictView Of(RetentionVerdict verdict) => new(verdict.Point.PointId, verdict.Point.VmName, verdict.Point.TakenAt, verdict.IsKept, verdict.KeptBecause);
}

internal sealed record PruneView(bool DryRun, IReadOnlyList<VerdictView> Points);

internal sealed record CollectView(
    bool DryRun, int PointsPurged, int PacksDropped, int PacksRewritten, long BytesFreed, long BytesRewritten, long LiveBytes, long DeadBytesLeft,
    int PacksHeld, int PacksWithoutRoom, long BlocksMissing, IReadOnlyList<StoredNoteView> Findings)
{
    public static CollectView Of(CollectionReport report) => new(
        report.DryRun, report.PointsPurged, report.PacksDropped, report.PacksRewritten, report.BytesFreed, report.BytesRewritten, report.LiveBytes, report.DeadBytesLeft,
        report.PacksHeld, report.PacksWithoutRoom, report.BlocksMissing, [.. report.Findings.Select(StoredNoteView.Of)]);
}

internal sealed record VerifyView(
    int Packs, long Blocks, long Nodes, long BytesRead, long BytesDecoded, long FindingsTotal, IReadOnlyList<StoredNoteView> Findings,
    IReadOnlyList<HurtView> PointsHurt, IReadOnlyList<Guid> PointsProven, long Healed, bool CycleComplete)
{
    public static VerifyView Of(VerificationReport report) => new(
        report.Packs, report.Blocks, report.Nodes, report.BytesRead, report.BytesDecoded, report.FindingsTotal, [.. report.Findings.Select(StoredNoteView.Of)],
        [.. report.PointsHurt.Select(hurt => new HurtView(hurt.PointId, hurt.VmName, hurt.DiskKey, hurt.Bytes))], report.PointsProven, report.Healed, report.CycleComplete);
}

internal sealed record HurtView(Guid PointId, string VmName, string DiskKey, long Bytes);

internal sealed record RebuildView(int Packs, int Scanned, long Entries, IReadOnlyList<StoredNoteView> Findings)
{
    public static RebuildView Of(IndexRebuildReport report) => new(report.Packs, report.Scanned, report.Entries, [.. report.Findings.Select(StoredNoteView.Of)]);
}

internal sealed record SecretView(int Number, string Kind, DateTimeOffset AddedAt, bool UsedNow)
{
    public static SecretView Of(RepositorySecretInfo secret, int? usedNow) =>
        new(secret.Number, secret.Kind == SecretKind.KeyFile ? "key-file" : "passphrase", secret.AddedAt, secret.Number == usedNow);
}

internal sealed record RotatedView(int Key);
