using System.Text.Json;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Connection;

/// <param name="AuthorityPem">The only authority this profile trusts; null: the computer's own trusted roots.</param>
internal sealed record Profile(Uri Server, string? AuthorityPem, string Token, string User);

/// <summary>Where `bf login` keeps the sign-in: readable by its owner only.</summary>
internal sealed class ProfileFile(string path)
{
    public static string DefaultPath =>
        System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), "backupfabric", "profile.json");

    public string Path { get; } = path;

    public Profile Load()
    {
        try
        {
            return JsonSerializer.Deserialize<Profile>(File.ReadAllText(Path), Printer.JsonOptions)
                ?? throw new JsonException("empty");
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CliProblemException("not-signed-in", "You are not signed in to a server.", "Run 'bf login https://SERVER:PORT' first.", ExitCode.NotSignedIn, missing);
        }
        catch (Exception damaged) when (damaged is JsonException or UnauthorizedAccessException or IOException)
        {
            throw new CliProblemException("profile-unreadable", $"The sign-in kept in '{Path}' cannot be read: {damaged.Message}", "Run 'bf login' again, or name another file with --profile.", ExitCode.NotSignedIn, damaged);
        }
    }

    public void Save(Profile profile)
    {
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!;
        try
        {
            Directory.CreateDirectory(folder);
            var temporary = System.IO.Path.Combine(folder, $".profile-{Guid.NewGuid():N}");
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var file = new FileStream(temporary, options)) JsonSerializer.Serialize(file, profile, Printer.JsonOptions);
            File.Move(temporary, Path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CliProblemException("profile-unwritable", $"The sign-in cannot be kept in '{Path}': {failure.Message}", "Name a writable file with --profile.", ExitCode.Failed, failure);
        }
    }
}
