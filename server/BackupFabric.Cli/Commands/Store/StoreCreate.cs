using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using BackupFabric.Blocks;
using BackupFabric.BlockStore;
using BackupFabric.BlockStore.Volumes;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>`bf store create DIR`.</summary>
internal static class StoreCreate
{
    private const string Example =
        """
        Examples:
          bf store create /backup/repo
          bf store create /backup/repo --new-key-file repo.key
          bf store create /backup/repo --passphrase-file passphrase.txt --cutting 16,64,256

        With a passphrase or a key file it is encrypted from its first byte on. Without one of its secrets
        nothing in it can be read, by nobody: keep a copy of the key file elsewhere.
        """;

    private const int KiBPerCluster = Cluster.Size / 1024;

    public static Command Create(BfCommand bf)
    {
        var folder = StoreFolder.Argument();
        var cutting = new Option<string?>("--cutting")
        {
            Description = "Least, average and greatest block, and the span, in KiB (default 16,64,256,16384). Fixed for the repository's life.",
            HelpName = "LEAST,AVERAGE,GREATEST[,SPAN]",
        };
        var newKey = new Option<string?>("--new-key-file") { Description = "Make a key file, which only you can read, and encrypt with it.", HelpName = "FILE" };
        var command = new Command("create", "Make an empty repository.") { folder, cutting, newKey };
        bf.Explain(command, Example);
        bf.OnRunUnconnected(command, async (parsed, printer, cancellation) =>
        {
            var rules = RulesOf(parsed.GetValue(cutting));
            await using var volume = StoreFolder.VolumeOf(parsed.GetRequiredValue(folder));
            using var secret = await SecretAsync(parsed, parsed.GetValue(newKey), cancellation);
            await using var repository = await CreateAsync(volume, StoreFolder.Options(secret) with { Cutting = rules }, parsed.GetValue(newKey), cancellation);
            printer.Result(new CreatedView(repository.Id, volume.Name, repository.IsEncrypted), StoreJson.Wire.CreatedView,
                view => Printer.Line($"Repository {view.Id} is ready in {view.Folder}{(view.Encrypted ? ", encrypted" : "")}."));
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task<RepositorySecret?> SecretAsync(ParseResult parsed, string? newKey, CancellationToken cancellation)
    {
        if (newKey is null) return StoreSecret.Read(parsed);
        if (StoreSecret.IsNamed(parsed))
            throw new CliProblemException("secret-ambiguous", "A new key file and another secret are named.", "Name one of them; 'bf store add-secret' adds more.", ExitCode.Usage);
        return await NewKeyFile.MakeAsync(newKey, cancellation);
    }

    private static async Task<Repository> CreateAsync(LocalVolume volume, RepositoryOptions options, string? newKey, CancellationToken cancellation)
    {
        try
        {
            return await Repository.CreateAsync(volume, options, TimeProvider.System, cancellation);
        }
        catch when (newKey is not null)
        {
            // It opens nothing.
            File.Delete(newKey);
            throw;
        }
    }

    private static CuttingRules? RulesOf(string? text)
    {
        if (text is null) return null;
        var parts = text.Split(',');
        var sizes = new int[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out sizes[i]) || sizes[i] % KiBPerCluster != 0) throw Unsound(text);
            sizes[i] /= KiBPerCluster;
        }

        if (sizes.Length is not (3 or 4)) throw Unsound(text);
        var standard = CuttingRules.Default(BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint))));
        var rules = standard with { LeastClusters = sizes[0], AverageClusters = sizes[1], GreatestClusters = sizes[2] };
        if (sizes.Length == 4) rules = rules with { SpanClusters = sizes[3] };
        return rules.AreSound && rules.GreatestBytes < 16 << 20 && rules.SpanBytes <= 256 << 20 ? rules : throw Unsound(text);
    }

    private static CliProblemException Unsound(string text) => new("cutting-unsound", $"'{text}' is not a way to cut.",
        $"Give least, average and greatest block in KiB, multiples of {KiBPerCluster}, ascending, below 16384, and if wanted a span of up to 262144 that is not smaller: 16,64,256.", ExitCode.Usage);
}
