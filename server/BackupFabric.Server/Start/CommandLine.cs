namespace BackupFabric.Server.Start;

/// <summary>The few options that have short names; every setting can be given as --Section:Name VALUE.</summary>
internal static class CommandLine
{
    public const string Usage = """
        bf-server: the BackupFabric server.

          --data DIR        where everything of the server lies
          --port P          TCP port for REST and agents (default 7443; 0 takes any free one)
          --bind ADDRESS    address to listen on (default: all)
          --SECTION:NAME V  any other setting, for example --Repository:Path /backup/repository
          --version         prints the version
          --help            prints this

        Settings also come from appsettings.json beside the program, from settings.json in the data folder, and from the
        environment as BACKUPFABRIC_SECTION__NAME.
        """;

    private static readonly Dictionary<string, string> ShortNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["--data"] = "Server:DataFolder",
        ["--port"] = "Server:Port",
        ["--bind"] = "Server:Bind",
    };

    /// <summary>Settings by their full names.</summary>
    public static IReadOnlyDictionary<string, string?> Parse(IReadOnlyList<string> args)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < args.Count; i++)
        {
            var (name, value) = Split(args[i]);
            var setting = ShortNames.GetValueOrDefault(name) ?? SettingOf(name);
            if (setting is null) throw new StartException($"There is no option '{args[i]}'.", "'bf-server --help' lists the options.");
            if (value is null && (++i == args.Count || args[i].StartsWith("--", StringComparison.Ordinal)))
                throw new StartException($"The option '{name}' has no value.", "Write the value after it: 'bf-server --help' shows how.");
            settings[setting] = value ?? args[i];
        }

        return settings;
    }

    private static (string Name, string? Value) Split(string argument)
    {
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (argument, null) : (argument[..equals], argument[(equals + 1)..]);
    }

    private static string? SettingOf(string name)
    {
        if (!name.StartsWith("--", StringComparison.Ordinal)) return null;
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        return colon > 2 && AllSettings.IsSection(name[2..colon]) ? name[2..] : null;
    }
}
