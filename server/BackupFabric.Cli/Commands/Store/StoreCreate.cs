using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using BackupFabric.Blocks;
using BackupFabric.BlockStore;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>`bf store create DIR`.</summary>
internal static class StoreCreate
{
    private const string Example =
        """
        Examples:
          bf store create /backup/repo
          bf store create /backup/repo --cutting 16,64,256
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
        var command = new Command("create", "Make an empty repository.") { folder, cutting };
        bf.Explain(command, Example);
        bf.OnRunUnconnected(command, async (parsed, printer, cancellation) =>
        {
            var options = StoreFolder.Options() with { Cutting = RulesOf(parsed.GetValue(cutting)) };
            await using var volume = StoreFolder.VolumeOf(parsed.GetRequiredValue(folder));
            await using var repository = await Repository.CreateAsync(volume, options, TimeProvider.System, cancellation);
            printer.Result(new CreatedView(repository.Id, volume.Name), StoreJson.Wire.CreatedView, view => Printer.Line($"Repository {view.Id} is ready in {view.Folder}."));
            return ExitCode.Ok;
        });
        return command;
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
