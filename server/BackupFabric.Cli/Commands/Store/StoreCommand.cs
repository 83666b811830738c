using System.CommandLine;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>`bf store`: a repository in a folder, with no server. The disaster tool, and the way to measure the engine.</summary>
internal static class StoreCommand
{
    private const string Examples =
        """
        Begin with:
          bf store create /backup/repo
          bf store import /backup/repo web-01.vhdx --vm web-01
          bf store list /backup/repo
          bf store restore /backup/repo latest:web-01 web-01-restored.vhdx

        POINT is an id or its beginning as 'bf store list' shows it, 'latest', or 'latest:VM'.
        list, show, restore, diff and stats only read: they work beside a running server and on a volume that
        cannot be written. The others own the repository, one program at a time: stop the server before.
        An encrypted repository wants --passphrase-file or --key-file with every verb.
        """;

    public static Command Create(BfCommand bf)
    {
        var command = new Command("store", "A repository in a folder, without a server.")
        {
            StoreCreate.Create(bf), StoreImport.Create(bf), StoreList.Create(bf), StoreShow.Create(bf), StoreRestore.Create(bf), StoreDiff.Create(bf), StoreStats.Create(bf),
            StoreVerify.Create(bf), StoreDelete.Create(bf), StoreUndelete.Create(bf), StorePrune.Create(bf), StoreCollect.Create(bf), StoreRebuildIndex.Create(bf),
            StoreAddSecret.Create(bf), StoreRemoveSecret.Create(bf), StoreReplaceSecrets.Create(bf), StoreRotateKey.Create(bf),
        };
        foreach (var option in StoreSecret.Options) command.Options.Add(option);
        bf.Explain(command, Examples);
        return command;
    }
}
