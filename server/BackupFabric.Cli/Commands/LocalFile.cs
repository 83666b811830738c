using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands;

/// <summary>A file that an option names.</summary>
internal static class LocalFile
{
    public static string Read(string path, string problemCode)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CliProblemException(problemCode, $"'{path}' cannot be read: {failure.Message}", "Check the path and its permissions.", ExitCode.Usage, failure);
        }
    }
}
