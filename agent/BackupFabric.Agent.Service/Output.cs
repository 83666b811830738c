using System.Text.Json;
using BackupFabric.Protos.Problems;
using BackupFabric.Protos.Rest;
using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.Service;

/// <summary>What a command prints: sentences for people, or one JSON object for programs.</summary>
internal sealed class Output(bool json, TextWriter output, TextWriter errors)
{
    public void Say(string sentence)
    {
        if (!json) output.WriteLine(sentence);
    }

    public void Give<T>(T result, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        if (json) output.WriteLine(JsonSerializer.Serialize(result, type));
    }

    /// <summary>Runs a command and turns what goes wrong into a sentence and an exit code.</summary>
    public async Task<int> RunAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (ProblemException failure)
        {
            return Complain(failure.Problem, failure.InnerException is Grpc.Core.RpcException);
        }
        catch (UnauthorizedAccessException denied)
        {
            return Complain(AccessDenied(denied.Message), fromServer: false);
        }
        catch (IOException failure)
        {
            return Complain(failure.ToProblem(), fromServer: false);
        }
    }

    public int Complain(Problem problem, bool fromServer)
    {
        if (json) output.WriteLine(JsonSerializer.Serialize(new ProblemView(problem.Code, problem.Sentence, problem.Advice, RetryOf(problem)), OutputJson.Default.ProblemView));
        errors.WriteLine($"{problem.Sentence} {problem.Advice}".Trim());
        return ExitCodes.For(problem, fromServer);
    }

    private static Problem AccessDenied(string why) => new()
    {
        Code = "access-denied",
        Sentence = why,
        Advice = "Run it as the user that owns the data folder (an administrator, or root), or name another folder with --data.",
        Retry = RetryClass.AfterOperatorActs,
    };

    private static string RetryOf(Problem problem) => problem.Retry switch
    {
        RetryClass.Soon => "soon",
        RetryClass.Later => "later",
        RetryClass.AfterOperatorActs => "after-operator-acts",
        _ => "never",
    };
}
