namespace Alphaleonis.Win32.Vss;

public sealed class VssInvalidXmlDocumentException : VssException
{
    public VssInvalidXmlDocumentException()
        : base("The Volume Shadow Copy Service reported: invalid xml document.")
    {
    }

    public VssInvalidXmlDocumentException(string message)
        : base(message)
    {
    }

    public VssInvalidXmlDocumentException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
