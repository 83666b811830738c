using System.Text;
using BackupFabric.Agent.Service.Commands;

Console.OutputEncoding = Encoding.UTF8;
return await CommandTree.InvokeAsync(args, Console.Out, Console.Error);
