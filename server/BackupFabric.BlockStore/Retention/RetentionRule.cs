namespace BackupFabric.BlockStore.Retention;

/// <summary>How many recovery points of each VM are kept: the last ones, and the last one of so many days, weeks, months and years that have any.</summary>
public sealed record RetentionRule(int Last = 0, int Daily = 0, int Weekly = 0, int Monthly = 0, int Yearly = 0)
{
    /// <summary>A rule that keeps nothing was forgotten, not meant.</summary>
    public bool KeepsAny => Last > 0 || Daily > 0 || Weekly > 0 || Monthly > 0 || Yearly > 0;
}
