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
        One program owns a repository at a time: stop the server before using its repository here.
        """;

    public static Command Create(BfCommand bf)
    {
        var command = new Command("store", "A repository in a folder, without a server.")
        {
            StoreCreate.Create(bf), StoreImport.Create(bf), StoreList.Create(bf), StoreShow.Create(bf), StoreRestore.Create(bf), StoreDiff.Create(bf), StoreStats.Create(bf),
        };
        bf.Explain(command, Examples);
        return command;
    }
}
