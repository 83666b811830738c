using System.Text.Json;
using BackupFabric.Agent.Service.Commands;

namespace BackupFabric.Agent.Service.Tests;

/// <summary>The exit codes and sentences of bf-agent, as a person or a script meets them.</summary>
public sealed class CommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bf-agent-").FullName;
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();

    private string Text => _output.ToString();

    private string Complaint => _errors.ToString();

    [Fact]
    public async Task The_version_is_printed_for_people_and_for_programs()
    {
        Assert.Equal(0, await RunAsync("version"));
        Assert.StartsWith("bf-agent ", Text, StringComparison.Ordinal);
        Assert.Equal(0, await RunAsync("version", "--json"));
        Assert.Equal(1, Json().GetProperty("protocol").GetInt32());
    }

    [Fact]
    public async Task A_host_that_is_not_enrolled_says_so_in_its_status_and_exit_code()
    {
        Assert.Equal(3, await RunAsync("status", "--data", _folder, "--json"));
        Assert.False(Json().GetProperty("enrolled").GetBoolean());
        Assert.Equal(3, await RunAsync("status", "--data", _folder));
        Assert.Contains("bf host token", Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "https://localhost:1", "rubbish", "token-malformed")]
    [InlineData(2, "nowhere", Token, "server-address-invalid")]
    [InlineData(4, "https://localhost:1", Token, "server-unreachable")]
    public async Task Enrolling_that_fails_says_why_and_what_to_do_and_changes_nothing(int exitCode, string server, string token, string problem)
    {
        Assert.Equal(exitCode, await RunAsync("enrol", "--server", server, "--token", token, "--data", _folder, "--json"));
        Assert.Equal(problem, Json().GetProperty("code").GetString());
        Assert.NotEmpty(Json().GetProperty("advice").GetString()!);
        Assert.DoesNotContain("   at ", Complaint, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData("enrol")]
    [InlineData("run", "--lab", "x")]
    [InlineData("dance")]
    public async Task A_command_that_is_not_understood_ends_with_the_code_for_it(params string[] args)
    {
        Assert.Equal(2, await RunAsync(args));
        Assert.NotEmpty(Complaint);
    }

    [Fact]
    public async Task Running_without_a_lab_says_what_this_machine_cannot_do()
    {
        Assert.Equal(2, await RunAsync("run", "--data", _folder));
        Assert.Contains("--lab FOLDER --host NAME", Complaint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lab_that_is_not_there_is_called_so_in_a_sentence()
    {
        Assert.Equal(1, await RunAsync("run", "--data", _folder, "--lab", Path.Combine(_folder, "no-lab"), "--host", "hv1"));
        Assert.Contains("no-lab", Complaint, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Complaint, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _output.Dispose();
        _errors.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private const string Token = "bf1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA";

    private Task<int> RunAsync(params string[] args)
    {
        _output.GetStringBuilder().Clear();
        _errors.GetStringBuilder().Clear();
        return CommandTree.InvokeAsync(args, _output, _errors);
    }

    private JsonElement Json() => JsonDocument.Parse(Text).RootElement;
}
