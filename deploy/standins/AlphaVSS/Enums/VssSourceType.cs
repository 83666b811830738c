namespace Alphaleonis.Win32.Vss;

public enum VssSourceType
{
    Undefined = 0,
    TransactedDB = 1,
    NonTransactedDB = 2,
    Other = 3,
}
