namespace Alphaleonis.Win32.Vss;

public class VssComponentFailure
{
    public VssComponentFailure(int errorCode, int applicationErrorCode, string applicationMessage)
    {
        ErrorCode = errorCode;
        ApplicationErrorCode = applicationErrorCode;
        ApplicationMessage = applicationMessage;
    }

    public int ErrorCode { get; }

    public int ApplicationErrorCode { get; }

    public string ApplicationMessage { get; }
}
