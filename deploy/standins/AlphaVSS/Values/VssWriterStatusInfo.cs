namespace Alphaleonis.Win32.Vss;

public class VssWriterStatusInfo
{
    public VssWriterStatusInfo(
        Guid instanceId,
        Guid writerClassId,
        string writerName,
        VssWriterState state,
        VssError failure,
        int? applicationErrorCode,
        string applicationErrorMessage)
    {
        InstanceId = instanceId;
        ClassId = writerClassId;
        Name = writerName;
        State = state;
        Failure = failure;
        ApplicationErrorCode = applicationErrorCode;
        ApplicationErrorMessage = applicationErrorMessage;
    }

    public VssWriterStatusInfo(Guid instanceId, Guid writerId, string writerName, VssWriterState state, VssError failure)
    {
        InstanceId = instanceId;
        ClassId = writerId;
        Name = writerName;
        State = state;
        Failure = failure;
    }

    public Guid InstanceId { get; }

    public Guid ClassId { get; }

    public string Name { get; }

    public VssWriterState State { get; }

    public VssError Failure { get; }

    public int? ApplicationErrorCode { get; }

    public string ApplicationErrorMessage { get; }
}
