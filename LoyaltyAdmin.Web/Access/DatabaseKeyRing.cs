using System.Xml.Linq;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace LoyaltyAdmin.Web.Access;

/// <summary>Keeps the keys that protect cookies in the database, sealed: every node and every restart reads the same cookies.</summary>
internal sealed class DatabaseKeyRing(LoyaltyDatabase database, SecretKeys keys) : IXmlRepository
{
    // The interface is synchronous and called a few times in the life of a process.
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var db = database.Open(Actor.System);

        return [.. db.ProtectionKeys.Select(key => key.SealedXml).AsEnumerable().Select(xml => XElement.Parse(keys.Open(xml)))];
    }

    public void StoreElement(XElement element, string friendlyName) =>
        database.WriteAsync(Actor.System, db =>
        {
            db.ProtectionKeys.Add(new ProtectionKey { FriendlyName = friendlyName, SealedXml = keys.Seal(element.ToString(SaveOptions.DisableFormatting)) });

            return Task.CompletedTask;
        }).GetAwaiter().GetResult();
}
