namespace Alphaleonis.Win32.Vss;

public interface IVssFactoryProvider
{
    IVssFactory GetVssFactory();
}
