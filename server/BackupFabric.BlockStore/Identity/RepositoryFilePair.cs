namespace BackupFabric.BlockStore.Identity;

/// <summary>The two repository files as they lie there (null: missing), and the decision which of them counts.</summary>
/// <param name="PacksSay">The repository that pack headers name; asked only when the files are whole and of two repositories.</param>
internal sealed record RepositoryFilePair(string Volume, byte[]? File, byte[]? Copy, Guid? PacksSay = null)
{
    public const string FileName = "repository";

    /// <summary>The same bytes once more: without the key in them, nothing in the repository can be proved.</summary>
    public const string CopyName = "repository.copy";

    /// <summary>Whether both are whole and each is another repository's.</summary>
    public bool AreOfTwo => WholeFiles([]) is [var one, var other] && one.Id != other.Id;

    public bool IsSameAs(RepositoryFilePair other) => AreSame(File, other.File) && AreSame(Copy, other.Copy);

    /// <summary>
    /// The later generation counts: a removed secret does not open the earlier one that a crash left. A later one that is damaged or was changed is passed over.
    /// Fails with <c>repository-missing</c>, <c>-damaged</c>, <c>-too-new</c>, <c>-locked</c>, <c>-not-encrypted</c>, <c>secret-wrong</c>.
    /// </summary>
    public OpenedRepositoryFile Open(RepositorySecret? secret)
    {
        var damaged = new List<RepositoryException>();
        var whole = OfThisFolder(WholeFiles(damaged), damaged);
        OpenedRepositoryFile? opened = null;
        RepositoryFile? refused = null;
        foreach (var file in whole)
        {
            if (opened is not null)
            {
                if (!file.Bytes.Span.SequenceEqual(opened.Bytes.Span)) damaged.Add(NotTheSame(file));
            }
            else if (refused is null || refused.Generation == file.Generation)
            {
                opened = TryOpen(file, secret, damaged, ref refused);
            }
        }

        if (opened is null) throw refused is not null ? RepositoryErrors.SecretWrong(Volume, secret!.Kind) : damaged.FirstOrDefault() ?? RepositoryErrors.Missing(Volume);
        if (refused is not null) damaged.Add(RepositoryErrors.Damaged(refused.Name, "a secret that opens the other repository file does not open it"));
        return opened with { Findings = [.. MissingFiles(), .. damaged] };
    }

    /// <summary>What is wrong with them, judged by who has the repository open.</summary>
    /// <param name="good">The one that counts, if either is good.</param>
    public IReadOnlyList<RepositoryException> FaultsFor(RepositoryIdentity own, out ReadOnlyMemory<byte>? good)
    {
        List<RepositoryException> faults = [.. MissingFiles()];
        var sound = new List<RepositoryFile>();
        foreach (var file in WholeFiles(faults))
        {
            if (file.Id != own.Id) faults.Add(RepositoryErrors.Damaged(file.Name, "it is another repository's"));
            else if (!file.IsAuthentic(own.Keys.RepositoryFile)) faults.Add(RepositoryErrors.Damaged(file.Name, "its content does not match its key"));
            else sound.Add(file);
        }

        if (sound is [var later, var earlier] && !later.Bytes.Span.SequenceEqual(earlier.Bytes.Span)) faults.Add(NotTheSame(earlier));
        good = sound.Count > 0 ? sound[0].Bytes : null;
        return faults;
    }

    /// <summary>Where the packs do not say, whoever has the key finds out.</summary>
    private List<RepositoryFile> OfThisFolder(List<RepositoryFile> whole, List<RepositoryException> damaged)
    {
        if (!whole.Exists(file => file.Id == PacksSay)) return whole;
        damaged.AddRange(whole.Where(file => file.Id != PacksSay).Select(file => RepositoryErrors.Damaged(file.Name, "it is another repository's")));
        return whole.FindAll(file => file.Id == PacksSay);
    }

    private static RepositoryException NotTheSame(RepositoryFile file) => RepositoryErrors.Damaged(file.Name, "it is not the same as the other repository file, which counts");

    /// <summary>Latest first.</summary>
    private List<RepositoryFile> WholeFiles(List<RepositoryException> damaged)
    {
        var whole = new List<RepositoryFile>();
        foreach (var (name, bytes) in new[] { (FileName, File), (CopyName, Copy) })
        {
            try
            {
                if (bytes is not null) whole.Add(RepositoryFile.Parse(name, bytes));
            }
            catch (RepositoryException fault) when (fault.Code == "repository-damaged")
            {
                damaged.Add(fault);
            }
        }

        return [.. whole.OrderByDescending(file => file.Generation)];
    }

    private IEnumerable<RepositoryException> MissingFiles()
    {
        if (File is null) yield return RepositoryErrors.Damaged(FileName, "it is missing");
        if (Copy is null) yield return RepositoryErrors.Damaged(CopyName, "it is missing");
    }

    private OpenedRepositoryFile? TryOpen(RepositoryFile file, RepositorySecret? secret, List<RepositoryException> damaged, ref RepositoryFile? refused)
    {
        if (file.IsEncrypted && secret is null) throw RepositoryErrors.Locked(Volume);
        if (!file.IsEncrypted && secret is not null) throw RepositoryErrors.NotEncrypted(Volume);
        try
        {
            if (file.TryOpen(secret) is { } identity) return new(identity, file.Bytes, []);
            refused = file;
        }
        catch (RepositoryException fault) when (fault.Code == "repository-damaged")
        {
            damaged.Add(fault);
        }

        return null;
    }

    private static bool AreSame(byte[]? one, byte[]? other) => one is null || other is null ? one == other : one.AsSpan().SequenceEqual(other);
}
