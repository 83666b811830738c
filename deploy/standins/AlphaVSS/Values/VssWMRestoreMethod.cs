namespace Alphaleonis.Win32.Vss;

public class VssWMRestoreMethod
{
    public VssWMRestoreMethod(
        VssRestoreMethod restoreMethod,
        string service,
        string userProcedure,
        VssWriterRestore writerRestore,
        bool rebootRequired,
        int mappings)
    {
        Method = restoreMethod;
        Service = service;
        UserProcedure = userProcedure;
        WriterRestore = writerRestore;
        RebootRequired = rebootRequired;
        MappingCount = mappings;
    }

    public VssRestoreMethod Method { get; }

    public string Service { get; }

    public string UserProcedure { get; }

    public VssWriterRestore WriterRestore { get; }

    public bool RebootRequired { get; }

    public int MappingCount { get; }
}
