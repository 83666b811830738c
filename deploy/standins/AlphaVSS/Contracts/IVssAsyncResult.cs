namespace Alphaleonis.Win32.Vss;

public interface IVssAsyncResult : IAsyncResult, IDisposable
{
    void Cancel();
}
