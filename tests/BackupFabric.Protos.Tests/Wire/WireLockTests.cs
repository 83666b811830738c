using System.Runtime.CompilerServices;

namespace BackupFabric.Protos.Tests.Wire;

/// <summary>A change of the wire is seen in review, never found by an agent of last year.</summary>
public sealed class WireLockTests
{
    [Fact]
    public void The_wire_contract_changes_only_together_with_wire_lock()
    {
        var path = Path.Combine(Path.GetDirectoryName(Here())!, "..", "wire.lock");
        var now = WireText.Print();
        if (Environment.GetEnvironmentVariable("UPDATE_WIRE_LOCK") == "1") File.WriteAllText(path, now);

        var before = File.Exists(path) ? File.ReadAllText(path) : "";
        if (now == before) return;
        var gone = before.Split('\n').Except(now.Split('\n')).Select(line => "- " + line);
        var come = now.Split('\n').Except(before.Split('\n')).Select(line => "+ " + line);
        Assert.Fail(
            "The .proto files differ from wire.lock:\n" + string.Join('\n', gone.Concat(come))
            + "\nAgents and servers of other versions speak the old contract: never reuse or retype a field number, and only add."
            + "\nIf the change is meant, run these tests with UPDATE_WIRE_LOCK=1 and commit wire.lock with it.");
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
