using BackupFabric.BlockStore.Export;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>A target that is a file to be closed.</summary>
internal interface ITargetFile : ITargetDisk, IAsyncDisposable;
