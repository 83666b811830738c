namespace BackupFabric.BlockStore.Tests.Kit;

/// <summary>Marks a suite whose repositories are made with a secret and opened with it.</summary>
internal interface IOverEncryptedRepositories;
