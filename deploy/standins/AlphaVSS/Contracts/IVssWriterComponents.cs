namespace Alphaleonis.Win32.Vss;

public interface IVssWriterComponents
{
    IList<IVssComponent> Components { get; }

    Guid InstanceId { get; }

    Guid WriterId { get; }
}
