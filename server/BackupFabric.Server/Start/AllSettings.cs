using BackupFabric.Server.Authority;
using BackupFabric.Server.Backups;
using BackupFabric.Server.Catalog;
using BackupFabric.Server.Hosts;
using BackupFabric.Server.Jobs;
using BackupFabric.Server.Repositories;
using BackupFabric.Server.SignIn;

namespace BackupFabric.Server.Start;

/// <summary>
/// All sections, read and validated once at start. To add a setting: a property with its default and comment in the section's
/// class, a rule in <see cref="SettingsRules"/>, and a test of the rule.
/// </summary>
internal sealed record AllSettings(
    ServerSettings Server, CatalogSettings Database, RepositorySettings Repository, TlsSettings Tls, HostSettings Hosts, JobSettings Jobs, TransferSettings Transfer, SignInSettings SignIn)
{
    private static readonly string[] OtherSections = ["Logging", "AllowedHosts"];

    public static AllSettings Read(IConfiguration configuration)
    {
        foreach (var section in configuration.GetChildren().Where(section => !IsSection(section.Key)))
            throw new StartException($"There is no section '{section.Key}' of settings.", $"Correct or remove it. Sections are: {string.Join(", ", Sections)}.");
        var settings = new AllSettings(
            Section<ServerSettings>(configuration, "Server"),
            Section<CatalogSettings>(configuration, "Database"),
            Section<RepositorySettings>(configuration, "Repository"),
            Section<TlsSettings>(configuration, "Tls"),
            Section<HostSettings>(configuration, "Hosts"),
            Section<JobSettings>(configuration, "Jobs"),
            Section<TransferSettings>(configuration, "Transfer"),
            Section<SignInSettings>(configuration, "SignIn"));
        SettingsRules.Check(settings);
        settings.Server.DataFolder = Path.GetFullPath(settings.Server.DataFolder);
        return settings;
    }

    private static IEnumerable<string> Sections => typeof(AllSettings).GetProperties().Select(property => property.Name).Concat(OtherSections);

    public static bool IsSection(string name) => Sections.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static T Section<T>(IConfiguration configuration, string name)
        where T : class, new()
    {
        var section = configuration.GetSection(name);
        var known = typeof(T).GetProperties().Where(property => property.CanWrite).Select(property => property.Name).ToList();
        foreach (var child in section.GetChildren().Where(child => !known.Contains(child.Key, StringComparer.OrdinalIgnoreCase)))
        {
            throw new StartException(
                $"There is no setting '{name}:{child.Key}'.",
                $"Correct or remove it. Settings of '{name}' are: {string.Join(", ", known)}.");
        }

        try
        {
            return section.Get<T>() ?? new T();
        }
        catch (InvalidOperationException wrong)
        {
            throw new StartException($"A setting of '{name}' has a value of the wrong kind: {wrong.Message}", "Correct the value; times are written as 'days.hours:minutes:seconds', for example 00:05:00.", wrong);
        }
    }
}
