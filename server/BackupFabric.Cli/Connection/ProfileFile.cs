using System.Security.Cryptography;
using System.Text.Json;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Connection;

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
            var profile = JsonSerializer.Deserialize<Profile>(File.ReadAllText(Path), Printer.JsonOptions);
            if (profile is not { Server: { IsAbsoluteUri: true }, AuthorityPem: not null, Token: not null }) throw new JsonException("something is missing in it.");
            ServerTrust.Fingerprint(profile.AuthorityPem);
            return profile;
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CliProblemException("not-signed-in", "You are not signed in to a server.", "Run 'bf login https://SERVER:PORT' first.", ExitCode.NotSignedIn, missing);
        }
        catch (Exception damaged) when (damaged is JsonException or CryptographicException or UnauthorizedAccessException or IOException)
        {
            throw new CliProblemException("profile-unreadable", $"The sign-in kept in '{Path}' cannot be read: {damaged.Message}", "Run 'bf login' again, or name another file with --profile.", ExitCode.NotSignedIn, damaged);
        }
    }

    public void Save(Profile profile)
    {
        try
        {
            var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!;
            Directory.CreateDirectory(folder);
            var temporary = System.IO.Path.Combine(folder, $".profile-{Guid.NewGuid():N}");
            try
            {
                Write(temporary, profile);
                File.Move(temporary, Path, overwrite: true);
            }
            catch
            {
                File.Delete(temporary);
                throw;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(failure);
        }
    }

    /// <returns>False: there was none.</returns>
    public bool Remove()
    {
        try
        {
            if (!File.Exists(Path)) return false;
            File.Delete(Path);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(failure);
        }
    }

    /// <summary>The token lets act as the operator: nobody else may ever be able to read it, not even for the moment of writing.</summary>
    private static void Write(string file, Profile profile)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var stream = new FileStream(file, options);
        JsonSerializer.Serialize(stream, profile, Printer.JsonOptions);
    }

    private CliProblemException Unwritable(Exception failure) =>
        new("profile-unwritable", $"The sign-in in '{Path}' cannot be changed: {failure.Message}", "Name a writable file with --profile.", ExitCode.Failed, failure);
}
