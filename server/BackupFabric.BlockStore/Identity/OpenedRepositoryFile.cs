namespace BackupFabric.BlockStore.Identity;

/// <param name="Bytes">Of the file that counts; the other one is made like it when there are findings.</param>
/// <param name="Findings">What is wrong with the other one, or with both.</param>
internal sealed record OpenedRepositoryFile(RepositoryIdentity Identity, ReadOnlyMemory<byte> Bytes, IReadOnlyList<RepositoryException> Findings);
