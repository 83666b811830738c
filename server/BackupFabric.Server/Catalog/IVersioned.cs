namespace BackupFabric.Server.Catalog;

/// <summary>A row that two writers must not change at once: the version is a concurrency token, raised with every save.</summary>
internal interface IVersioned
{
    long Version { get; set; }
}
