using System.CommandLine;
using System.Text.Json.Nodes;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Disks;

namespace BackupFabric.Agent.Lab.Commands;

/// <summary>Runs a command and turns what goes wrong into a sentence, an advice and an exit code.</summary>
internal static class CommandAction
{
    /// <param name="run">Gives the result; its property "exitCode" is taken out.</param>
    /// <param name="text">Prints the result for people.</param>
    public static void Does(this Command command, Func<ParseResult, CancellationToken, Task<JsonObject>> run, Action<JsonObject, TextWriter> text) =>
        command.SetAction(async (parsed, cancellation) =>
        {
            bool json = parsed.GetValue(CommonOptions.Json);
            try
            {
                JsonObject result = await run(parsed, cancellation);
                int code = result.Remove("exitCode", out JsonNode? given) ? (int)given! : ExitCode.Ok;
                if (json)
                    Console.Out.WriteLine(result.ToJsonString());
                else
                    text(result, Console.Out);
                return code;
            }
            catch (LabException refused)
            {
                return Fail(json, refused.Code, refused.Message, refused.Advice, ExitCode.Refused);
            }
            catch (DiskImageException damaged)
            {
                return Fail(json, damaged.Code, damaged.Message, damaged.Advice, ExitCode.DamagedImage);
            }
            catch (Exception io) when (io is IOException or UnauthorizedAccessException)
            {
                return Fail(json, "lab-folder-unusable", io.Message, "Check that the lab's folder can be written and has free space.", ExitCode.Refused);
            }
            catch (OperationCanceledException)
            {
                return ExitCode.Stopped;
            }
        });

    private static int Fail(bool json, string code, string sentence, string advice, int exitCode)
    {
        if (json)
            Console.Out.WriteLine(new JsonObject { ["error"] = code, ["message"] = sentence, ["advice"] = advice }.ToJsonString());
        Console.Error.WriteLine($"{sentence}\n{advice}");
        return exitCode;
    }
}
