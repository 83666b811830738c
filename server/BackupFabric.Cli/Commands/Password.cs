using System.Text;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands;

/// <summary>A password from a file, from standard input, or typed without an echo; never from the command line, which others can read.</summary>
internal static class Password
{
    public static string Read(string? file)
    {
        var password = file is not (null or "-") ? LocalFile.Read(file, "password-unreadable").Split('\n')[0].TrimEnd('\r')
            : Console.IsInputRedirected ? Console.In.ReadLine() ?? ""
            : Typed();
        return password.Length > 0 ? password
            : throw new CliProblemException("password-needed", "No password was given.", "Type it, write it to standard input, or name a file with --password-file.", ExitCode.Usage);
    }

    private static string Typed()
    {
        Console.Error.Write("Password: ");
        var typed = new StringBuilder();
        for (var key = Console.ReadKey(intercept: true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            if (key.Key == ConsoleKey.Backspace) typed.Length = Math.Max(0, typed.Length - 1);
            else if (!char.IsControl(key.KeyChar)) typed.Append(key.KeyChar);
        }

        Console.Error.WriteLine();
        return typed.ToString();
    }
}
