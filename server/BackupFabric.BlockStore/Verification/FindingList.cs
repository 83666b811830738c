using BackupFabric.Blocks;

namespace BackupFabric.BlockStore.Verification;

/// <summary>What a verification found: a bounded list, and a count that is not.</summary>
internal sealed class FindingList
{
    private readonly Lock _gate = new();
    private readonly List<RepositoryException> _listed = [];
    private readonly HashSet<BlockId> _named = [];

    public long Total { get; private set; }

    public IReadOnlyList<RepositoryException> Listed
    {
        get { lock (_gate) return [.. _listed]; }
    }

    /// <summary>A block or map node is named once, by whoever finds it first.</summary>
    public void Add(in BlockId about, RepositoryException finding)
    {
        lock (_gate)
        {
            if (!_named.Add(about)) return;
        }

        Add(finding);
    }

    public void Add(RepositoryException finding)
    {
        lock (_gate)
        {
            Total++;
            if (_listed.Count < VerificationReport.FindingsListedMax) _listed.Add(finding);
        }
    }
}
