using BackupFabric.Protos.V1;

namespace BackupFabric.Server.Control;

internal static class ControlProblems
{
    public static Problem NotReading() => new()
    {
        Code = "agent-not-reading",
        Sentence = "The agent stopped reading its control stream.",
        Advice = "It reconnects by itself; if this repeats, restart the agent's service on the host.",
        Retry = RetryClass.Soon,
    };

    public static Problem Replaced() => new()
    {
        Code = "agent-connected-again",
        Sentence = "The same host connected anew, which ends this control stream.",
        Advice = "If two agents run with one host's certificate, stop one of them and enrol it by itself.",
        Retry = RetryClass.Later,
    };

    public static Problem Stopping() => new()
    {
        Code = "server-stopping",
        Sentence = "The server is stopping.",
        Advice = "Nothing to do: the agent connects again when the server is back.",
        Retry = RetryClass.Soon,
    };

    public static Problem HelloMissing() => new()
    {
        Code = "hello-invalid",
        Sentence = "The first message of a control stream must be a hello.",
        Advice = "Use an agent that speaks the protocol of agent_control.proto.",
    };

    public static Problem ProtocolNotSupported(uint protocol) => new()
    {
        Code = "protocol-not-supported",
        Sentence = $"The agent speaks version {protocol} of the protocol; this server speaks version {AgentSession.Protocol}.",
        Advice = "Bring agent and server to the same version.",
        Retry = RetryClass.AfterOperatorActs,
    };
}
