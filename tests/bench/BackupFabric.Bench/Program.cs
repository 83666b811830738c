using BackupFabric.Bench.Cutting;
using BackupFabric.Bench.Index;
using BackupFabric.Bench.Limits;

const string Usage = """
    BackupFabric.Bench limits IMAGE [--megabytes N] [--repeat N] [--json FILE]
    BackupFabric.Bench cutting DATA [--sample N] [--level N] [--only NAME] [--json FILE]
    BackupFabric.Bench index FOLDER [--entries N] [--seconds N] [--json FILE]
    """;

try
{
    switch (args.FirstOrDefault())
    {
        case "limits":
            LimitsCommand.Run(args.AsSpan(1));
            return 0;
        case "cutting":
            await CuttingCommand.RunAsync(args[1..]);
            return 0;
        case "index":
            await IndexCommand.RunAsync(args[1..]);
            return 0;
        default:
            await Console.Error.WriteLineAsync(Usage);
            return 2;
    }
}
catch (Exception wrong) when (wrong is ArgumentException or FormatException or IOException)
{
    await Console.Error.WriteLineAsync($"BackupFabric.Bench: {wrong.Message}");
    return 2;
}
