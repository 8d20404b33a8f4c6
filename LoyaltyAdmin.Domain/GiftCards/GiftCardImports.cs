using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Imports;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>Gift Card Import (2.5.4). No card exists for anybody before its import is committed.</summary>
[Requires(Permission.GiftCardsImport)]
public sealed class GiftCardImports(ImportTools tools, ImportWork work) : ImportFlow(tools, work, ImportKind.GiftCards);
